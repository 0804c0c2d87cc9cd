def navigation(request):
    return {"nav": None}
