# SPDX-License-Identifier: BSD-2-Clause
# tcpw-compare, its benchmark (not installed) and its unit tests.
COMPARE_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out compare/main.c compare/bench.c, \
		$(wildcard compare/*.c)))
COMPARE_LIBS := -lm $(TIMELINE_LIBS)

$(BUILD)/tcpw-compare: $(BUILD)/compare/main.o $(COMPARE_OBJS) $(TIMELINE_LIB)
	$(call link,$(COMPARE_LIBS))
PROGRAMS += $(BUILD)/tcpw-compare

# Bytes per second against jq, and memory: build/compare/bench [TCPW-COMPARE [MEGABYTES]]
$(BUILD)/compare/bench: $(BUILD)/compare/bench.o $(TIMELINE_LIB) | $(BUILD)/tcpw-compare
	$(call link,$(TIMELINE_LIBS))
BENCHES += $(BUILD)/compare/bench

# compare/tests/test_X.c is one cmocka program; synthetic.c makes the run directories they
# judge, feed.c shows samples to one check, path_story.c a flow over a relay, dress.c a foreign witness
COMPARE_TESTS := $(patsubst compare/tests/%.c,$(BUILD)/compare/tests/%,$(wildcard compare/tests/test_*.c))
COMPARE_FIXTURES := $(patsubst %.c,$(BUILD)/%.o,$(filter-out compare/tests/test_%,$(wildcard compare/tests/*.c)))
$(COMPARE_TESTS): %: %.o $(COMPARE_FIXTURES) $(COMPARE_OBJS) $(TIMELINE_LIB)
	$(call link,-lcmocka $(COMPARE_LIBS))
UNIT_TESTS += $(COMPARE_TESTS)

# The catalogue of seeded defects: `make defects` prints it (with those live in a faulty probe, as
# root), test_defects puts it to the test.
DEFECTS_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard compare/defects/*.c)))
$(BUILD)/compare/tests/defects: $(BUILD)/compare/defects/main.o $(DEFECTS_OBJS) $(COMPARE_OBJS) $(TIMELINE_LIB)
	$(call link,$(COMPARE_LIBS))
$(BUILD)/compare/tests/test_defects: $(DEFECTS_OBJS)
