"""Each page of the site, in a browser: nothing comes from another host, and nothing is missing."""

import pytest

pytestmark = pytest.mark.site


def test_the_front_page_opens_without_a_fault(tab):
    page = tab.open("index.html")
    assert page.locator("h1").count() == 1
    assert [url for url in tab.requests if not url.startswith(tab.address)] == []
    assert tab.faults == []
