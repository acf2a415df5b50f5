"""Who may ask: nobody through the page of another site, and every answer tells browsers its limits.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Guard:
    """Middleware: refuses unknown names of this host, and what other sites' pages send.

    Args:
        app: The application inside.
        hosts: Names without a port, as in `Choices.hosts`; `"*"` allows every name.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]):
        self.app, self.hosts = app, [host.lower() for host in hosts]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, or answers with 400 or 403 and a sentence."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        status, why = self._refusal(scope["method"], Headers(scope=scope))
        if why:
            await JSONResponse({"detail": why}, status)(scope, receive, sent)
        else:
            await self.app(scope, receive, sent)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str]:
        host = headers.get("host", "")
        name, colon, port = host.rpartition(":")
        name = name if colon and port.isdecimal() else host
        if "*" not in self.hosts and name.lower() not in self.hosts:
            return 400, (
                "The request names another host; ask for the address that the service has printed, "
                "or start it with --hosts NAME."
            )
        if method in ("GET", "HEAD", "OPTIONS"):
            return 0, ""
        origin = headers.get("origin")
        foreign = origin is not None and origin.partition("://")[2] != host
        if foreign or headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "The page of another site has sent this; use the service's own page."
        return 0, ""
