"""The registered questions of a study: how far it is, the effects that are asked for, their answers, and those in words."""
