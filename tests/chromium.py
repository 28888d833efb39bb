"""A Chromium without a window, as the tests and the screenshots open pages in it. Not a test."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

FLAGS = (
    "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync"
    " hide-scrollbars lang=ja"
)


@contextmanager
def chromium(width: int = 1280, height: int = 900) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory() as profile:
        for flag in (*FLAGS.split(), f"window-size={width},{height}", f"user-data-dir={profile}"):
            options.add_argument(f"--{flag}")
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            yield driver
        finally:
            driver.quit()


def size(browser: Any, width: int, height: int = 900) -> None:
    """The size of the page as it is shown, whatever the size of the window can be."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


PATIENCE = 120  # seconds: a page that is asked for beside other tests on a slow machine takes its time


def wait(browser: Any, seconds: float, condition: Callable[[Any], Any], what: str = "") -> Any:
    """What the condition finds, as soon as it finds something; elements that are replaced meanwhile are looked for anew.

    :raises AssertionError: with the address and the words of the page, when nothing was found in time.
    """
    from selenium.common.exceptions import (
        ElementClickInterceptedException,
        ElementNotInteractableException,
        StaleElementReferenceException,
        TimeoutException,
    )
    from selenium.webdriver.support.ui import WebDriverWait

    passing = (StaleElementReferenceException, ElementClickInterceptedException, ElementNotInteractableException, IndexError)
    try:
        return WebDriverWait(browser, seconds, poll_frequency=0.2, ignored_exceptions=passing).until(condition)
    except TimeoutException:
        page = browser.find_element("tag name", "body").text
        raise AssertionError(f"{what} within {seconds} s at {browser.current_url}, which says:\n{page}") from None


def text(words: str) -> str:
    """The XPath of the innermost elements that show these words."""
    return f"//*[contains(normalize-space(.), {words!r}) and not(.//*[contains(normalize-space(.), {words!r})])]"


def button(words: str) -> str:
    return f"//button[contains(normalize-space(.), {words!r})]"


def click(browser: Any, xpath: str, seconds: float = PATIENCE) -> None:
    def clicked(page: Any) -> bool:
        found = [one for one in page.find_elements("xpath", xpath) if one.is_displayed() and one.is_enabled()]
        found[0].click()
        return True

    wait(browser, seconds, clicked, f"nothing to click: {xpath}")


def says(browser: Any, *words: str, seconds: float = PATIENCE) -> str:
    """What the page says, once it says all these words."""

    def said(page: Any) -> str:
        shown = page.find_element("tag name", "body").text
        return shown if all(word in shown for word in words) else ""

    found: str = wait(browser, seconds, said, f"the page does not say {words}")
    return found
