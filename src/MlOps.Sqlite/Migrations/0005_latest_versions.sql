-- Leads to the newest version of every stage, also of the one that most versions are in.
DROP INDEX model_versions_by_stage;
CREATE INDEX model_versions_by_stage ON model_versions (model_key, stage, version DESC);

PRAGMA user_version = 5;
