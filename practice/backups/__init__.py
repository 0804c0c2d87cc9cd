"""Write everything the database holds into one encrypted file, try that it opens, and restore it from there.

The file is an age file (age-encryption.org/v1), which the `age` program opens too. In it are gzipped lines of JSON: a
header, the rows of each table, and an end with their number and SHA-256, so that a file that is cut off or damaged is
noticed. Encrypted text is copied as it is stored, so a backup alone, even once it is opened, tells nobody's words.

Rows are read and written through Django's fields, in one transaction, so a backup of SQLite can be restored into
PostgreSQL and the other way round. A backup of an older version is restored into the tables of that version and then
migrated. Sessions are left out: nobody stays signed in.

It is encrypted to public keys only. A passphrase would have to be on the server, beside what it protects, and a slower
machine than the one that made the backup refuses to open it.

Tried instead: `pg_dump` and SQLite's own backup, which are faster, but read only by the same database, and by versions
of `pg_dump` that fit the server.
"""
