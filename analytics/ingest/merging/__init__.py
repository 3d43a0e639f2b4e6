"""Records and the rules by which statements about the same thing are merged, in any order."""
