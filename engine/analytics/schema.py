"""The tables of the index, as numbered steps. A step is never changed once it is released; a new one is appended.

Times are UTC without a zone. Tables have no keys: a run's rows are deleted and written again in one transaction.
"""

from __future__ import annotations

TABLES = ("runs", "epochs", "metrics", "quality", "per_class", "variants", "damaged", "marks")
"""Tables with a `run_id`, one run's rows being replaced together."""

_FIRST = """
CREATE TABLE runs (
    run_id VARCHAR, created_at TIMESTAMP, kind VARCHAR, scenario VARCHAR, dataset_id VARCHAR, backbone VARCHAR,
    recipe VARCHAR, seed BIGINT, threads INTEGER, label VARCHAR, demo BOOLEAN, group_id VARCHAR, code_version VARCHAR,
    state VARCHAR, trashed BOOLEAN, attempt INTEGER, started_at TIMESTAMP, ended_at TIMESTAMP, last_event VARCHAR,
    finished_at TIMESTAMP, dataset_name VARCHAR, test_id VARCHAR, licence VARCHAR, commercial_use BOOLEAN,
    synthetic BOOLEAN, train_rows BIGINT, validation_rows BIGINT, test_rows BIGINT, labels VARCHAR,
    served VARCHAR, provider VARCHAR, temperature DOUBLE, test_looks INTEGER, confusion VARCHAR,
    train_s DOUBLE, export_s DOUBLE, evaluate_s DOUBLE, measure_s DOUBLE, total_s DOUBLE,
    peak_memory_mib DOUBLE, flops DOUBLE, energy_kwh DOUBLE, energy_low_kwh DOUBLE, energy_high_kwh DOUBLE,
    energy_method VARCHAR, energy_source VARCHAR, watts DOUBLE, cpu VARCHAR, cores INTEGER, gpu VARCHAR);
CREATE TABLE epochs (
    run_id VARCHAR, attempt INTEGER, epoch DOUBLE, epochs DOUBLE, train_loss DOUBLE, validation_loss DOUBLE,
    validation_macro_f1 DOUBLE, seconds DOUBLE);
CREATE TABLE metrics (run_id VARCHAR, part VARCHAR, name VARCHAR, value DOUBLE, low DOUBLE, high DOUBLE);
CREATE TABLE per_class (
    run_id VARCHAR, part VARCHAR, position INTEGER, label VARCHAR, support BIGINT,
    precision DOUBLE, precision_low DOUBLE, precision_high DOUBLE,
    recall DOUBLE, recall_low DOUBLE, recall_high DOUBLE, f1 DOUBLE, f1_low DOUBLE, f1_high DOUBLE);
CREATE TABLE variants (
    run_id VARCHAR, name VARCHAR, size_bytes BIGINT, accuracy DOUBLE, macro_f1 DOUBLE, p50_ms DOUBLE, p95_ms DOUBLE,
    p99_ms DOUBLE, throughput_per_s DOUBLE, best_batch INTEGER, provider VARCHAR);
CREATE TABLE damaged (run_id VARCHAR, message VARCHAR);
CREATE TABLE marks (run_id VARCHAR, stamp VARCHAR, attempt INTEGER, settled BOOLEAN);
CREATE TABLE usage (file VARCHAR, model VARCHAR, served_at TIMESTAMP, predictions BIGINT, ms DOUBLE, status INTEGER);
CREATE TABLE usage_files (file VARCHAR, read_bytes BIGINT);
"""

_SCORES = """
ALTER TABLE epochs RENAME COLUMN validation_macro_f1 TO validation_score;
ALTER TABLE epochs ADD COLUMN score VARCHAR;
"""

_SHARES = "ALTER TABLE runs ADD COLUMN share DOUBLE DEFAULT 1"

_BOUGHT = "ALTER TABLE runs ADD COLUMN usd_per_1000 DOUBLE"

_METERED = """
ALTER TABLE usage ADD COLUMN id VARCHAR;
ALTER TABLE usage ADD COLUMN version VARCHAR;
ALTER TABLE usage ADD COLUMN run_id VARCHAR;
ALTER TABLE usage ADD COLUMN api_key VARCHAR DEFAULT '';
ALTER TABLE usage ADD COLUMN batch BIGINT;
ALTER TABLE usage ADD COLUMN queue_ms DOUBLE;
ALTER TABLE usage ADD COLUMN bytes_in BIGINT;
ALTER TABLE usage ADD COLUMN bytes_out BIGINT;
ALTER TABLE usage ADD COLUMN confidence DOUBLE;
UPDATE usage SET version = '1', run_id = model;
CREATE TABLE usage_classes (
    file VARCHAR, model VARCHAR, version VARCHAR, run_id VARCHAR, served_at TIMESTAMP, label VARCHAR,
    predictions BIGINT);
"""
"""Before endpoints, a model's name was its run's id, and its version 1."""

_READ_AGAIN = """
ALTER TABLE variants ADD COLUMN mean_ms DOUBLE;
ALTER TABLE runs ADD COLUMN options VARCHAR;
ALTER TABLE runs ADD COLUMN peak_flops_per_s DOUBLE;
CREATE TABLE IF NOT EXISTS quality (run_id VARCHAR);
DELETE FROM runs; DELETE FROM epochs; DELETE FROM metrics; DELETE FROM quality; DELETE FROM per_class;
DELETE FROM variants; DELETE FROM damaged; DELETE FROM marks;
"""
"""Every run is read again: its files know these, what was taken in before does not."""

_LISTS = """
ALTER TABLE usage ADD COLUMN items_given BIGINT;
ALTER TABLE usage ADD COLUMN items_unknown BIGINT;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SCORES, _SHARES, _BOUGHT, _METERED, _READ_AGAIN, _LISTS)
"""Step n + 1 is at place n."""
