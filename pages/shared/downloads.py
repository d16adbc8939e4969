"""What the dashboard sends as a stream of its own: too large to be held in memory for a button of a page."""

from __future__ import annotations

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from engine.config import load_settings
from engine.errors import BreakevenError, NotFound


def triton_address(name: str) -> str:
    """Return where the Triton model repository of an endpoint or run is, relative to any page."""
    return f"download/triton/{name}.zip"


async def triton(request: Request) -> Response:
    """Send the Triton model repository of an endpoint or a run; what is wrong is a sentence under "error"."""
    from engine.serving.triton import repository, zipped

    name = request.path_params["name"]
    try:
        models = await anyio.to_thread.run_sync(repository, load_settings(), name)
    except BreakevenError as error:
        return JSONResponse({"error": str(error)}, status_code=404 if isinstance(error, NotFound) else 409)
    headers = {"Content-Disposition": f'attachment; filename="{name}-triton.zip"'}
    return StreamingResponse(zipped(models), media_type="application/zip", headers=headers)


ROUTES = [Route("/download/triton/{name}.zip", triton)]
"""Routes of the dashboard's own beside its pages."""
