"""What an onlooker finds of one person: their words are planted, then looked for wherever a site leaves something.

`words` has the words and finds them in any bytes, `life` is what happens to the person's enquiry, `places` says where
to look, and `table` says how many words of each kind are to be found there. `make onlooker` does it all on SQLite and
on PostgreSQL; tests/journeys/test_onlooker.py does it on SQLite.
"""
