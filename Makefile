# SPDX-License-Identifier: BSD-2-Clause
# tcpwitness: `make help` lists what can be made. Each folder says what it builds in its module.mk.

VERSION  := $(shell cat VERSION)
BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= cc
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)

CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	    -Wno-unused-parameter -Wno-missing-field-initializers
override CFLAGS   += -std=gnu11 -fno-strict-aliasing $(WARNINGS) $(if $(WERROR),-Werror)
override CPPFLAGS += -I. -I$(BUILD) -D_GNU_SOURCE -DTCPW_VERSION='"$(VERSION)"' -MMD -MP
BPFFLAGS := -target bpf -O2 -g -mcpu=v3 -Wall -I. -MMD -MP
UNIT_ENV := $(if $(VALGRIND),valgrind --quiet --error-exitcode=99 --leak-check=full)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

all:

# Filled by the module.mk files:
PROGRAMS    :=	# what `make` builds and `make install` installs
UNIT_TESTS  :=	# cmocka programs, no privileges needed
LIVE_TESTS  :=	# scripts, run as root
LIVE_HELPERS :=	# programs that these need
BENCHES     :=	# programs and scripts of `make bench`, not installed
include $(wildcard timeline/module.mk probe/module.mk netlink/module.mk compare/module.mk \
	scenarios/module.mk plots/module.mk ci/module.mk)

all: $(PROGRAMS) ## build everything, quietly (V=1 shows the commands)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# $(call link,LIBRARIES) in a rule whose prerequisites are the objects and archives
define link
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(1)
endef

-include $(shell [ -d $(BUILD) ] && find $(BUILD) -name '*.d')

# `all` and the tests in a make of their own: the packages of `make deps test` are not there yet when
# this one starts.
test: | $(filter deps,$(MAKECMDGOALS)) ## unit tests, then live tests (as root); VALGRIND=1 for the unit tests
	$(Q)$(MAKE) --no-print-directory test-run

test-run: $(PROGRAMS) $(UNIT_TESTS) $(LIVE_HELPERS)
	@BUILD="$(abspath $(BUILD))" UNDER="$(UNIT_ENV)" UNIT_TESTS="$(UNIT_TESTS)" \
		LIVE_TESTS="$(LIVE_TESTS)" ci/test.sh

test-unit: $(UNIT_TESTS) ## the unit tests alone, no privileges needed
	@UNDER="$(UNIT_ENV)" UNIT_TESTS="$(UNIT_TESTS)" ci/test.sh

install: $(PROGRAMS) ## programs and man pages, into DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man8
	install $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/*.8 $(DESTDIR)$(PREFIX)/share/man/man8

clean: ## remove what was built
	rm -rf $(BUILD)

.PHONY: all test test-run test-unit install clean
.DELETE_ON_ERROR:
.SECONDARY:
