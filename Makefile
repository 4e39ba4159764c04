# debiteur: receivables management inside PostgreSQL
#
#   make                 build              make installcheck   SQL and isolation tests
#   make install         install            make check-format   C in PostgreSQL's look?
#   sh test/check.sh     all tests, on a private server (see README.md)
#   make bench           benchmarks against plain SQL (doc/benchmark.md)
#
# Another server version: make PG_CONFIG=/path/to/pg_config ...

EXTENSION  = debiteur
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" debiteur.control)
MODULE_big = debiteur
OBJS       = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

# The extension's script, in dependency order: ONCE runs at CREATE EXTENSION
# only, REPLACEABLE runs again in every update.
ONCE        = install currency invoice_status aging_bucket payment_terms business_day dunning_step aging weighted_days countback notice_text worker roll_up registry
REPLACEABLE = kpi provision chart ledger
# The ledger template: LEDGER_ONCE makes tables, LEDGER_REPLACEABLE runs again
# in every upgrade_ledger(). Both become the function debiteur.ledger_template().
LEDGER_ONCE        = settings customer policy segment holiday invoice claim_state migration payment allocation reschedule promise plan hold dispute notice_text notice contact agency supply_block credit_limit run request flow
LEDGER_REPLACEABLE = today facts require requests customers policies assignments migrations holidays invoicing allocations payments reschedules roll_up fold credits holds disputes promises plans instalments notice_texts notices worklist agencies supply_blocks decide minimums preview advance simulate balances credit_limits aging statement kpi roll_rates provision chart verify privileges

DELTAS      = $(notdir $(basename $(filter-out sql/upgrade/debiteur--%, $(wildcard sql/upgrade/*.sql))))
UPDATES     = $(DELTAS:%=debiteur--%.sql)
DATA_built  = debiteur--$(EXTVERSION).sql $(UPDATES)
DATA        = $(wildcard sql/upgrade/debiteur--*.sql)

TEST_SERVER    = --temp-instance=test/tmp_check --temp-config=test/debiteur.conf --no-locale --encoding=UTF8
REGRESS        = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS   = --outputdir=test --load-extension=debiteur $(TEST_SERVER)
ISOLATION      = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --outputdir=test --load-extension=debiteur $(TEST_SERVER)
EXTRA_CLEAN    = $(OBJS:.o=.d) test/results test/log test/tmp_check test/output_iso test/regression.*

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS follows no headers unless the server was built with --enable-depend.
override CFLAGS += -Wextra -MMD -MP
# The server's headers are not ours to mend.
override CPPFLAGS := $(patsubst -I/%,-isystem /%,$(CPPFLAGS))
-include $(OBJS:.o=.d)

LEDGER_FILES = $(LEDGER_ONCE:%=sql/ledger/%.sql) $(LEDGER_REPLACEABLE:%=sql/ledger/%.sql)

debiteur--$(EXTVERSION).sql: $(ONCE:%=sql/%.sql) $(REPLACEABLE:%=sql/%.sql) sql/template.sh $(LEDGER_FILES) Makefile
	{ sed 's/^CREATE OR REPLACE /CREATE /' $(ONCE:%=sql/%.sql) $(REPLACEABLE:%=sql/%.sql) && \
	  sh sql/template.sh CREATE '$(LEDGER_ONCE)' '$(LEDGER_REPLACEABLE)'; } > $@.tmp && mv $@.tmp $@

$(UPDATES): debiteur--%.sql: sql/upgrade/%.sql $(REPLACEABLE:%=sql/%.sql) sql/template.sh $(LEDGER_FILES) Makefile
	{ cat sql/upgrade/$*.sql $(REPLACEABLE:%=sql/%.sql) && \
	  sh sql/template.sh 'CREATE OR REPLACE' '$(LEDGER_ONCE)' '$(LEDGER_REPLACEABLE)'; } > $@.tmp && mv $@.tmp $@

.PHONY: check-format bench
check-format:
	sh test/format.sh
bench:
	sh test/bench.sh
