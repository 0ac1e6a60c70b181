"""Messages of single logout (Core, section 3.7): believed only with a signature, in either binding."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lxml import etree

from ..assertion import LogoutRequest, LogoutResponse
from ..reasons import Reason, Unproved
from .documents import PROTOCOL_SCHEMA, Element, children, parse, text_of, time_of
from .gate import SKEW, check_fresh, check_issuer, decode, name_id_of
from .keys import read_certificate
from .names import SUCCESS, saml, samlp
from .redirects import Query, read_query
from .signatures import demand_in_place, signature_of, verify

KEPT = timedelta(minutes=15)


class Message:
    """A logout's request or response, well-formed; nothing in it is believed until it is proved."""

    def __init__(self, raw: bytes, query: Query | None = None) -> None:
        self._root, self._query = parse(raw, PROTOCOL_SCHEMA), query
        if self._root.tag not in (samlp("LogoutRequest"), samlp("LogoutResponse")):
            raise Unproved(Reason.KIND, etree.QName(self._root).localname)
        if query and query.name == "SAMLRequest" and not self.is_request:
            raise Unproved(Reason.KIND, "a response where a request belongs")

    @classmethod
    def of_form(cls, text: str) -> "Message":
        return cls(decode(text))

    @classmethod
    def of_query(cls, text: str) -> "Message":
        query = read_query(text)
        return cls(query.raw, query)

    @property
    def issuer(self) -> str:
        return text_of(self._root.find(saml("Issuer")))

    @property
    def is_request(self) -> bool:
        return bool(self._root.tag == samlp("LogoutRequest"))

    @property
    def in_response_to(self) -> str:
        return self._root.get("InResponseTo") or ""

    def prove_request(
        self, *, issuer: str, certificates: Sequence[str], location: str, now: datetime
    ) -> LogoutRequest:
        """Whose sessions the provider has ended. Unproved."""
        root = self._believed(issuer, certificates, location, now)
        until = root.get("NotOnOrAfter")
        if until and time_of(until) <= now - SKEW:
            raise Unproved(Reason.EXPIRED, until)
        return LogoutRequest(
            id=root.get("ID") or "",
            issuer=issuer,
            name_id=name_id_of(root),
            session_indexes=tuple(text_of(one) for one in children(root, samlp("SessionIndex"))),
            expires_at=now + KEPT,
        )

    def prove_response(
        self, *, issuer: str, certificates: Sequence[str], location: str, now: datetime
    ) -> LogoutResponse:
        """What the provider answers to a logout of ours. Unproved."""
        root = self._believed(issuer, certificates, location, now)
        code = root.find(f"{samlp('Status')}/{samlp('StatusCode')}")
        return LogoutResponse(
            id=root.get("ID") or "",
            issuer=issuer,
            in_response_to=root.get("InResponseTo") or "",
            succeeded=code is not None and code.get("Value") == SUCCESS,
        )

    def _believed(
        self, issuer: str, certificates: Sequence[str], location: str, now: datetime
    ) -> Element:
        root = self._root
        if self._query is not None:
            # Section 3.4.4.1: the signature stands beside the message, and none in it.
            demand_in_place(root, [])
            self._query.verify(certificates)
        else:
            demand_in_place(root, [root])
            if signature_of(root) is None:
                raise Unproved(Reason.UNSIGNED)
            covered = verify(root, [read_certificate(pem) for pem in certificates])
            root = etree.fromstring(covered)
        if root.get("Version") != "2.0":
            raise Unproved(Reason.VERSION, root.get("Version") or "none")
        check_issuer(root.find(saml("Issuer")), issuer)
        if root.get("Destination") != location:
            raise Unproved(Reason.DESTINATION, root.get("Destination") or "none")
        check_fresh(root, now)
        return root
