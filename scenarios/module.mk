# SPDX-License-Identifier: BSD-2-Clause
LIVE_TESTS += $(wildcard scenarios/tests/*.sh)

scenarios: ## list the scenarios with their hypotheses
	@scenarios/run --list

.PHONY: scenarios
