"""The methods of the papers, one file each. A file is found by the name it registers; nothing here lists it."""
