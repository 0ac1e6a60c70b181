"""Configuration of the proxy in front, written from the policy: one module a program, each a pure function."""

from . import caddy, haproxy, nginx, traefik
from .base import CannotRender, Front

__all__ = ["RENDERERS", "CannotRender", "Front"]

RENDERERS = {
    "traefik": traefik.render,
    "caddy": caddy.render,
    "nginx": nginx.render,
    "haproxy": haproxy.render,
}
