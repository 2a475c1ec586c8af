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
