# SPDX-License-Identifier: BSD-2-Clause
# tcpw-netlink, its benchmark (not installed), unit and live tests.
NETLINK_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out netlink/main.c netlink/bench.c, \
		$(wildcard netlink/*.c)))
NETLINK_LIBS := -lmnl -lbpf $(TIMELINE_LIBS)

$(BUILD)/tcpw-netlink: $(BUILD)/netlink/main.o $(NETLINK_OBJS) $(TIMELINE_LIB)
	$(call link,$(NETLINK_LIBS))
PROGRAMS += $(BUILD)/tcpw-netlink

$(BUILD)/netlink/bench: $(BUILD)/netlink/bench.o $(NETLINK_OBJS) $(TIMELINE_LIB)
	$(call link,$(NETLINK_LIBS))
BENCHES += $(BUILD)/netlink/bench

# netlink/tests/test_X.c is one cmocka program; fuzz_X.c one that damages what it decodes.
NETLINK_TESTS := $(patsubst netlink/tests/%.c,$(BUILD)/netlink/tests/%, \
		 $(wildcard netlink/tests/test_*.c netlink/tests/fuzz_*.c))
$(NETLINK_TESTS): %: %.o $(NETLINK_OBJS) $(TIMELINE_LIB)
	$(call link,$(NETLINK_TEST_WRAP) -lcmocka $(NETLINK_LIBS))
# The socket layer's test plays the kernel.
$(BUILD)/netlink/tests/test_socket: NETLINK_TEST_WRAP := -Wl,--wrap=recvfrom,--wrap=send
$(BUILD)/netlink/tests/test_intake: NETLINK_TEST_WRAP := -Wl,--wrap=timeline_writer__sample
UNIT_TESTS += $(NETLINK_TESTS)

# Helper of the live tests.
$(BUILD)/netlink/tests/idle_pair: $(BUILD)/netlink/tests/idle_pair.o
	$(call link)
LIVE_HELPERS += $(BUILD)/netlink/tests/idle_pair
LIVE_TESTS   += $(wildcard netlink/tests/live_*.sh)
