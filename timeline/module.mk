# SPDX-License-Identifier: BSD-2-Clause
TIMELINE_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out timeline/fields_md.c,$(wildcard timeline/*.c)))
TIMELINE_LIB  := $(BUILD)/timeline/libtimeline.a
TIMELINE_LIBS := -lcjson

$(TIMELINE_LIB): $(TIMELINE_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

# timeline/tests/test_X.c is one cmocka program
TIMELINE_TESTS := $(patsubst timeline/tests/%.c,$(BUILD)/timeline/tests/%,$(wildcard timeline/tests/test_*.c))
$(TIMELINE_TESTS): %: %.o $(TIMELINE_LIB)
	$(call link,-lcmocka $(TIMELINE_LIBS))
UNIT_TESTS += $(TIMELINE_TESTS)

# docs/fields.md is derived from the catalogue
$(BUILD)/timeline/fields_md: $(BUILD)/timeline/fields_md.o $(TIMELINE_LIB)
	$(call link,)

docs: $(BUILD)/timeline/fields_md ## derive docs/fields.md from the field catalogue
	$(call say,GEN,docs/fields.md)
	$(Q)$< > docs/fields.md

.PHONY: docs
