"""Plug-ins: the registry of methods, where their packages are, and the identity of their code."""
