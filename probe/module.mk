# SPDX-License-Identifier: BSD-2-Clause
# tcpw-probe: eBPF programs (X.bpf.c) become skeletons (build/probe/X.skel.h) that its C code includes.
PROBE := $(BUILD)/tcpw-probe
PROGRAMS += $(PROBE)

# The headers of the build machine's C library are not for the bpf target: -ffreestanding takes
# stdint.h and stdbool.h from clang; linux/*.h come from the machine's own kernel headers.
BPFFLAGS += -ffreestanding -I/usr/include/$(shell $(CC) -dumpmachine 2>/dev/null)

BENCH_SRCS := probe/bench.c probe/traffic.c

PROBE_SKELS := $(patsubst probe/%.bpf.c,$(BUILD)/probe/%.skel.h,$(wildcard probe/*.bpf.c))
PROBE_OBJS  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %.bpf.c probe/main.c $(BENCH_SRCS),$(wildcard probe/*.c)))
PROBE_LIBS  := -lbpf -lelf -lz $(TIMELINE_LIBS)

$(BUILD)/probe/%.bpf.o: probe/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPFFLAGS) $(if $(WERROR),-Werror) -MT $@ -c -o $@ $<

$(BUILD)/probe/%.skel.h: $(BUILD)/probe/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

BENCH_OBJS  := $(patsubst %.c,$(BUILD)/%.o,$(BENCH_SRCS))
$(PROBE_OBJS) $(BUILD)/probe/main.o $(BENCH_OBJS): | $(PROBE_SKELS)

$(PROBE): $(PROBE_OBJS) $(BUILD)/probe/main.o $(TIMELINE_LIB)
	$(call link,$(PROBE_LIBS))

# What one sample costs: build/probe/bench [--seconds S], as root
$(BUILD)/probe/bench: $(PROBE_OBJS) $(BENCH_OBJS) $(TIMELINE_LIB)
	$(call link,$(PROBE_LIBS))
BENCHES += $(BUILD)/probe/bench

PROBE_TESTS := $(patsubst probe/tests/%.c,$(BUILD)/probe/tests/%,$(wildcard probe/tests/test_*.c))
$(patsubst %,%.o,$(PROBE_TESTS)): | $(PROBE_SKELS)
$(PROBE_TESTS): %: %.o $(PROBE_OBJS) $(TIMELINE_LIB)
	$(call link,-lcmocka $(PROBE_LIBS))
UNIT_TESTS += $(PROBE_TESTS)

# Helper of the live tests
$(BUILD)/probe/tests/talker: $(BUILD)/probe/tests/talker.o
	$(call link)
LIVE_TESTS   += $(wildcard probe/tests/live*.sh)
LIVE_HELPERS += $(BUILD)/probe/tests/talker $(BUILD)/probe/bench

# Test-only probes that err in one field (probe/tests/defects.bpf.h): `make defects` runs them. All
# share one build folder, in which probe/ is made anew for each (so not in parallel).
PROBE_SOURCES := $(wildcard probe/*.[ch] probe/tests/defects.bpf.h timeline/*.[ch] timeline/catalogue.def)
$(BUILD)/faulty/tcpw-probe-%: $(PROBE_SOURCES)
	@mkdir -p $(@D)
	$(Q)rm -rf $(@D)/build/probe
	$(Q)$(MAKE) --no-print-directory BUILD=$(@D)/build TCPW_DEFECT=$* $(@D)/build/tcpw-probe
	$(Q)mv $(@D)/build/tcpw-probe $@
BPFFLAGS += $(if $(TCPW_DEFECT),-DTCPW_DEFECT=$(TCPW_DEFECT))
