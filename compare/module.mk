# SPDX-License-Identifier: BSD-2-Clause
# tcpw-compare and its unit tests.
COMPARE_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out compare/main.c,$(wildcard compare/*.c)))
COMPARE_LIBS := -lm $(TIMELINE_LIBS)

$(BUILD)/tcpw-compare: $(BUILD)/compare/main.o $(COMPARE_OBJS) $(TIMELINE_LIB)
	$(call link,$(COMPARE_LIBS))
PROGRAMS += $(BUILD)/tcpw-compare

# compare/tests/test_X.c is one cmocka program; synthetic.c makes the run directories they judge
COMPARE_TESTS := $(patsubst compare/tests/%.c,$(BUILD)/compare/tests/%,$(wildcard compare/tests/test_*.c))
$(COMPARE_TESTS): %: %.o $(BUILD)/compare/tests/synthetic.o $(COMPARE_OBJS) $(TIMELINE_LIB)
	$(call link,-lcmocka $(COMPARE_LIBS))
UNIT_TESTS += $(COMPARE_TESTS)
