"""The device's own pages open on this machine, by its own name. Source: sync.md §9."""

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture
def client(pages: Flask) -> FlaskClient:
    return pages.test_client()


@pytest.mark.parametrize("host", ["127.0.0.1:8010", "localhost", "LOCALHOST:80", "[::1]:8"])
def test_the_screen_opens_its_own_pages(client: FlaskClient, host: str):
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.9", ""])
def test_a_name_of_somebody_elses_that_leads_here_is_turned_away(
    client: FlaskClient, host: str
):
    assert client.get("/", headers={"Host": host}).status_code == 421


def test_a_form_of_another_page_is_not_taken(client: FlaskClient):
    answer = client.post("/", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


def test_a_page_in_a_sandbox_is_another_page(client: FlaskClient):
    assert client.get("/health", headers={"Origin": "null"}).status_code == 403
