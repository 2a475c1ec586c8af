# SPDX-License-Identifier: BSD-2-Clause
LIVE_TESTS += $(wildcard plots/tests/*.sh)

plots: ## draw a run again: RUN=dir of a scenario, or of several
	@plots/draw "$(RUN)"

.PHONY: plots
