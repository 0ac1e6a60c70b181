"""The REST API's frame, and the endpoints with which native apps sign people in."""
