"""From records to answers: tables, figures, verdicts and pages. Reads manifests and records; never trains."""
