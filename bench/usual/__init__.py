"""The usual way: Django REST framework, the ORM, `.delay()`, the default middleware."""
