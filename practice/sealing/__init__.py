"""What people write, sealed so that only a signed-in therapist can read it.

`envelopes.py` seals a text to a public key, `recovery_key.py` and `account_keys.py` keep the private halves,
`practice_keys.py` decides who holds the practice's key, and `opened.py` lends it to one request. The screens are in
`views.py`. docs/adr/0071-sealed-words.md says why.
"""
