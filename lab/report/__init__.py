"""What a person (or a CI server) sees of a run: terminal, page, JUnit XML. Reads analysis, judges nothing."""
