# SPDX-License-Identifier: BSD-2-Clause
# tcpw-generator: traffic that iperf3 cannot make.
GENERATOR_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard scenarios/generator/*.c))
$(BUILD)/tcpw-generator: $(GENERATOR_OBJS) $(TIMELINE_LIB)
	$(call link,$(TIMELINE_LIBS))
all: $(BUILD)/tcpw-generator # not installed: scenarios run where they were built
LIVE_HELPERS += $(BUILD)/tcpw-generator

LIVE_TESTS += $(wildcard scenarios/tests/*.sh)

scenarios: ## list the scenarios with their hypotheses
	@scenarios/run --list

.PHONY: scenarios

# What the two programs of the path share
PATH_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard scenarios/*.c))

# tcpw-relay and its unit tests
RELAY_OBJS := $(PATH_OBJS) \
	      $(patsubst %.c,$(BUILD)/%.o,$(filter-out scenarios/relay/main.c,$(wildcard scenarios/relay/*.c)))
RELAY_LIBS := -pthread $(TIMELINE_LIBS)

$(BUILD)/tcpw-relay: $(BUILD)/scenarios/relay/main.o $(RELAY_OBJS) $(TIMELINE_LIB)
	$(call link,$(RELAY_LIBS))
PROGRAMS += $(BUILD)/tcpw-relay
BENCHES += scenarios/relay/bench.sh

RELAY_TESTS := $(patsubst scenarios/relay/tests/%.c,$(BUILD)/scenarios/relay/tests/%, \
	       $(wildcard scenarios/relay/tests/test_*.c))
$(RELAY_TESTS): %: %.o $(RELAY_OBJS) $(TIMELINE_LIB)
	$(call link,-lcmocka -lm $(RELAY_LIBS))
UNIT_TESTS += $(RELAY_TESTS)
LIVE_TESTS += $(wildcard scenarios/relay/tests/*.sh)

# Helper of the live tests
$(BUILD)/scenarios/relay/tests/transfer: $(BUILD)/scenarios/relay/tests/transfer.o $(TIMELINE_LIB)
	$(call link)
LIVE_HELPERS += $(BUILD)/scenarios/relay/tests/transfer

# tcpw-calibrate, its unit tests.
CALIBRATE_OBJS := $(PATH_OBJS) $(patsubst %.c,$(BUILD)/%.o,$(filter-out scenarios/calibrate/main.c, \
		  $(wildcard scenarios/calibrate/*.c)))

$(BUILD)/tcpw-calibrate: $(BUILD)/scenarios/calibrate/main.o $(CALIBRATE_OBJS) $(TIMELINE_LIB)
	$(call link,-lm)
PROGRAMS += $(BUILD)/tcpw-calibrate

CALIBRATE_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard scenarios/calibrate/tests/test_*.c))
$(CALIBRATE_TESTS): %: %.o $(CALIBRATE_OBJS) $(TIMELINE_LIB)
	$(call link,-lcmocka -lm)
UNIT_TESTS += $(CALIBRATE_TESTS)
