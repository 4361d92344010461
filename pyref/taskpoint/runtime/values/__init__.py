"""Values, errors and questions: how they are written down and read back."""
