"""Typed configuration: suites, profiles, encoders and tasks as TOML files, and the request that a command makes of them."""
