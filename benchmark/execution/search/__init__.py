"""Hyper-parameter search with an equal budget: draws, their trials, and the choice by development score alone (docs/search.md)."""
