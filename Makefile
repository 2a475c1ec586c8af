# SPDX-License-Identifier: BSD-2-Clause
# tcpwitness: `make help` lists what can be made. Each folder says what it builds in its module.mk.

VERSION  := $(shell cat VERSION)
BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= cc
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
PKG      ?= pkg-config

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
LIVE_TESTS  :=	# scripts in ci/, `make test-live` runs them as root
GENERATED   :=	# files under version control that are derived (make docs)
include $(wildcard timeline/module.mk probe/module.mk netlink/module.mk compare/module.mk \
	scenarios/module.mk plots/module.mk ci/module.mk)

all: $(PROGRAMS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# program NAME = list of objects and libraries
define link
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(1)
endef

-include $(shell [ -d $(BUILD) ] && find $(BUILD) -name '*.d')

clean:
	rm -rf $(BUILD)

.PHONY: all clean
.DELETE_ON_ERROR:
.SECONDARY:
