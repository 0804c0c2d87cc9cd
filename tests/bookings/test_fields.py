import pytest
from django import forms

from bookings.forms.fields import field_of


class PlaceForm(forms.Form):
    place = forms.ChoiceField()


def test_a_field_is_found_by_its_name_and_its_kind():
    form = PlaceForm()
    assert field_of(form, "place", forms.ChoiceField) is form.fields["place"]


def test_a_field_of_another_kind_is_an_error():
    with pytest.raises(TypeError, match="place is a ChoiceField, not a DateField"):
        field_of(PlaceForm(), "place", forms.DateField)
