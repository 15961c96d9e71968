"""Answers in pages."""

from ..errors import invalid


def page(request, items, name, default, largest):
    """One page of the items, and the token of the next. A token is opaque to clients; here it is a position."""
    size, token = request.get("maxResults", default), request.get("nextToken")
    if not 1 <= size <= largest:
        raise invalid(f"maxResults must be between 1 and {largest}.")
    if token is not None and (not token.startswith("page-") or not token[5:].isdecimal() or int(token[5:]) >= len(items)):
        raise invalid("Invalid token.")
    start = int(token[5:]) if token else 0
    answer = {name: items[start:start + size]}
    if start + size < len(items):
        answer["nextToken"] = f"page-{start + size}"
    return answer
