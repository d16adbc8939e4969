"""stub, replaced below"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def page(_r: Request) -> Response:
    return JSONResponse({})


specification = page
