# SPDX-License-Identifier: BSD-2-Clause
# tcpw-netlink, its benchmark (not installed), unit and live tests.
NETLINK_MAINS := main bench
NETLINK_OBJS  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(NETLINK_MAINS:%=netlink/%.c), \
		 $(wildcard netlink/*.c)))
NETLINK_LIBS  := -lmnl -lbpf $(TIMELINE_LIBS)

$(BUILD)/tcpw-netlink: $(BUILD)/netlink/main.o $(NETLINK_OBJS) $(TIMELINE_LIB)
	$(call link,$(NETLINK_LIBS))
PROGRAMS += $(BUILD)/tcpw-netlink

$(BUILD)/netlink/bench: $(BUILD)/netlink/bench.o $(NETLINK_OBJS) $(TIMELINE_LIB)
	$(call link,$(NETLINK_LIBS))
BENCHES += $(BUILD)/netlink/bench

# Helper of the live tests.
$(BUILD)/netlink/tests/idle_pair: $(BUILD)/netlink/tests/idle_pair.o
	$(call link)

LIVE_TESTS += $(wildcard netlink/tests/live_*.sh)
LIVE_TEST_HELPERS += $(BUILD)/netlink/tests/idle_pair
