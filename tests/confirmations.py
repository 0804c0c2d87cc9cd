"""Answer the question that comes before something unlikely."""

import re


def token_in(response):
    """Return what a yes to the question on this page is posted as, or nothing if it asks none."""
    match = re.search(r'name="confirmed" value="(\w+)"', response.content.decode())
    return match and match[1]


def form_data(client, url):
    """Return what the form of the admin at this address is sent with, nothing changed."""
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def facts_asked(response):
    """Return what the form on this page asks about; a form that was saved asks about nothing."""
    if response.status_code == 302:
        return []
    assert response.context["adminform"].form.errors == {}
    return response.context["adminform"].form.unanswered


def confirmed_post(client, url, data):
    """Post, read the question, and post again with a yes."""
    question = client.post(url, data, follow=True)
    assert token_in(question), "nothing was asked"
    return client.post(url, {**data, "confirmed": token_in(question)}, follow=True)
