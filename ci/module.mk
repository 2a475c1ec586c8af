# SPDX-License-Identifier: BSD-2-Clause
# What CI and people call: packages, the suite.

deps: ## install the packages that are missing (Debian, Ubuntu); safe to repeat
	@ci/deps.sh $(if $(filter matrix matrix-defects,$(MAKECMDGOALS)),matrix)

# `all` in a make of its own: the packages of `make deps validate` are not there when this one starts.
validate: ## run, judge and draw: SCENARIOS="a b" DURATION=s SEED=n OUT=dir and every other knob
	@ci/validate.sh --check
	$(Q)$(MAKE) --no-print-directory all
	@setpriv --pdeathsig TERM ci/validate.sh

reproduce: ## run again what a run's manifest says, and judge both side by side: RUN=dir OUT=dir
	@ci/reproduce.sh --check
	$(Q)$(MAKE) --no-print-directory all
	@BUILD="$(abspath $(BUILD))" ci/reproduce.sh

.PHONY: reproduce

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

validate: | $(filter deps,$(MAKECMDGOALS)) # `make -j deps validate` installs first

.PHONY: deps validate help

bench: | $(filter deps,$(MAKECMDGOALS)) ## what the collectors and the comparison cost: OUT=dir
	$(Q)$(MAKE) --no-print-directory bench-run

bench-run: all $(BENCHES)
	@BUILD="$(abspath $(BUILD))" BENCHES="$(BENCHES)" ci/bench.sh

.PHONY: bench bench-run

defects: $(PROGRAMS) $(BUILD)/compare/tests/defects ## seeded defects: each must be caught by name (faulty probes run as root)
	@BUILD="$(abspath $(BUILD))" ci/defects.sh

.PHONY: defects

matrix: ## the suite inside other kernels: KERNELS="5.10 6.12" (or list), and what validate knows
	@ci/matrix/run --check
	$(Q)[ "$(KERNELS)" = list ] || $(MAKE) --no-print-directory all $(BUILD)/ci/matrix/tsc_khz
	$(Q)[ "$(KERNELS)" = list ] || BUILD="$(abspath $(BUILD))" ci/matrix/run

matrix: | $(filter deps,$(MAKECMDGOALS))

# x86 alone, and a part of the matrix alone
$(BUILD)/ci/matrix/tsc_khz: $(BUILD)/ci/matrix/tsc_khz.o
	$(call link)

# The faulty probes are built here: a compiler takes minutes in an emulated machine. What the guests get is
# checked before.
DEFECTS_IN_GUESTS = KERNELS="$(or $(KERNELS),5.10 7.3)" DEADLINE="$(or $(DEADLINE),7200)" COMMAND_KNOBS="RECORD LIVE" \
	COMMAND="RECORD=$(or $(RECORD),0) FIXTURE_S=5 $(if $(filter undefined,$(origin LIVE)),,LIVE='$(LIVE)') ci/defects.sh"

matrix-defects: ## make defects inside other kernels: KERNELS="5.10 7.3"
	@$(DEFECTS_IN_GUESTS) ci/matrix/run --check
	$(Q)$(MAKE) --no-print-directory all $(BUILD)/compare/tests/defects $(BUILD)/ci/matrix/tsc_khz
	$(Q)BUILD="$(abspath $(BUILD))" ci/defects.sh --build
	$(Q)$(DEFECTS_IN_GUESTS) BUILD="$(abspath $(BUILD))" ci/matrix/run

matrix-defects: | $(filter deps,$(MAKECMDGOALS))

field-matrix: ## docs/field-matrix.md from RUN=dir, what make matrix brought
	@ci/matrix/fields "$(RUN)"

.PHONY: matrix matrix-defects field-matrix
LIVE_TESTS += ci/matrix/tests/matrix.sh
