"""Background work that people can see: kept in the database, never lost, never twice."""
