"""Tests that look at growing data several times: error spending, boundaries of planned looks, p-values valid after stopping."""
