"""SAML 2.0 on the wire. Pure: knows nothing of requests, rows and people.

What comes in is parsed by one parser (`documents`) and believed by one gate (`gate`, `logouts`), whose
verdict rests on `signatures` and `encryption`. What goes out is written with pysaml2's classes
(`messages`, `own_metadata`) and signed here.
"""
