"""The stock way: Django's user and middleware, REST framework and simplejwt, each as
its manual shows."""
