"""PDF files made to stop a reader: each is a few kilobytes and asks for more time, memory or depth than there is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def pdf(objects: Sequence[bytes], root: int = 1) -> bytes:
    """A file of these objects, numbered from 1, with a cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d /Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (more, len(data), data)


FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"
TEXT = b"BT /F1 24 Tf 72 700 Td (1,234) Tj ET"


def one_page(content: bytes, resources: bytes = b"", page: bytes = b"", catalog: bytes = b"", further: Sequence[bytes] = ()) -> bytes:
    """A page (object 3) with this content stream (4) and Helvetica (5); further objects are numbered from 6."""
    return pdf(
        [
            b"<</Type /Catalog /Pages 2 0 R %s>>" % catalog,
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>> %s>> %s>>"
            % (resources, page),
            content,
            FONT,
            *further,
        ]
    )


def harmless() -> bytes:
    return one_page(stream(TEXT))


def blank(pages: int) -> bytes:
    """So many pages with nothing on them."""
    kids = b"".join(b"%d 0 R " % number for number in range(3, 3 + pages))
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>>"
    return pdf([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, pages), *[page] * pages])


def deflated_thrice() -> bytes:
    """Some 16 GB of blanks, deflated three times over."""
    engine = zlib.compressobj(9)
    block = b" " * (16 << 20)
    data = b"".join(engine.compress(block) for _ in range(1024)) + engine.flush()
    for _ in range(2):
        data = zlib.compress(data, 9)
    return one_page(stream(data, b"/Filter [/FlateDecode /FlateDecode /FlateDecode]"))


def page_tree_that_holds_itself() -> bytes:
    return pdf([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2>>"])


def a_thousand_names_for_each_page() -> bytes:
    """A tree whose every node lists the next one ten times: ten to the ninth pages from eleven objects."""
    nodes = [b"<</Type /Pages /Kids [%s] /Count 1000000000>>" % (b"%d 0 R " % (n + 1) * 10) for n in range(2, 11)]
    return pdf([b"<</Type /Catalog /Pages 2 0 R>>", *nodes, b"<</Type /Page /MediaBox [0 0 595 842]>>"])


def form_that_draws_itself() -> bytes:
    form = stream(b"/Fm Do /Fm Do", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources <</XObject <</Fm 6 0 R>>>>")
    return one_page(stream(TEXT + b" /Fm Do"), b"/XObject <</Fm 6 0 R>>", further=[form])


def forms_by_the_power_of_ten() -> bytes:
    """Each form draws the next ten times: ten to the eighth texts."""
    forms = [
        stream(b"/Fm Do " * 10, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources <</XObject <</Fm %d 0 R>>>>" % (n + 1))
        for n in range(6, 13)
    ]
    last = stream(TEXT, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>>")
    return one_page(stream(b"/Fm Do " * 10), b"/XObject <</Fm 6 0 R>>", further=[*forms, last])


def brackets_without_end() -> bytes:
    return one_page(stream(TEXT), page=b"/Deep " + b"[" * 100_000 + b"]" * 100_000)


def dictionaries_without_end() -> bytes:
    return one_page(stream(b"/P " + b"<</A " * 100_000 + b">>" * 100_000 + b" BDC " + TEXT))


def a_picture_as_large_as_a_town() -> bytes:
    image = stream(
        zlib.compress(b"\0" * 100),
        b"/Type /XObject /Subtype /Image /Width 200000 /Height 200000 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /FlateDecode",
    )
    return one_page(stream(b"q 595 0 0 842 0 0 cm /Im Do Q " + TEXT), b"/XObject <</Im 6 0 R>>", further=[image])


def a_page_as_large_as_a_town() -> bytes:
    return harmless().replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 9e9 9e9]")


def a_million_operators() -> bytes:
    return one_page(stream(zlib.compress(b"1 0 0 1 0 0 cm 0 0 m 9 9 l S " * 1_000_000, 9), b"/Filter /FlateDecode"))


def states_that_are_never_left() -> bytes:
    return one_page(stream(zlib.compress(b"q " * 3_000_000 + TEXT, 9), b"/Filter /FlateDecode"))


def outlines_in_a_ring() -> bytes:
    ring = b"<</Title (1) /Parent 6 0 R /Next 6 0 R /Prev 6 0 R /First 6 0 R /Last 6 0 R>>"
    return one_page(stream(TEXT), catalog=b"/Outlines 6 0 R", further=[ring])


def length_that_means_itself() -> bytes:
    return one_page(b"<</Length 4 0 R>>\nstream\n" + TEXT + b"\nendstream")


def table_of_references_in_a_ring() -> bytes:
    return harmless().replace(b"trailer\n<<", b"trailer\n<</Prev 0 ").replace(b"/Prev 0", b"/Prev %d" % harmless().index(b"xref\n0"))


def what_acts_when_it_is_opened() -> bytes:
    """JavaScript, a program to start, a form to send, an address to fetch, and a file within: none is for a reader of figures."""
    actions = (
        b"/OpenAction <</S /JavaScript /JS (app.launchURL\\(\"http://127.0.0.1:9/opened\"\\))>> "
        b"/AA <</WC <</S /Launch /F (/usr/bin/touch) /Win <</F (touch) /P (opened)>>>>>> "
        b"/Names <</EmbeddedFiles <</Names [(opened.pdf) 6 0 R]>>>>"
    )
    link = (
        b"/Annots [<</Type /Annot /Subtype /Link /Rect [0 0 595 842] /A <</S /URI /URI (http://127.0.0.1:9/followed)>>>> "
        b"<</Type /Annot /Subtype /Widget /Rect [0 0 9 9] /AA <</PO <</S /SubmitForm /F (http://127.0.0.1:9/sent)>>>>>>]"
    )
    within = b"<</Type /Filespec /F (../opened.pdf) /EF <</F 7 0 R>>>>"
    return one_page(stream(TEXT), page=link, catalog=actions, further=[within, stream(harmless(), b"/Type /EmbeddedFile")])


BOMBS = [
    deflated_thrice,
    page_tree_that_holds_itself,
    a_thousand_names_for_each_page,
    form_that_draws_itself,
    forms_by_the_power_of_ten,
    brackets_without_end,
    dictionaries_without_end,
    a_picture_as_large_as_a_town,
    a_page_as_large_as_a_town,
    a_million_operators,
    states_that_are_never_left,
    outlines_in_a_ring,
    length_that_means_itself,
    table_of_references_in_a_ring,
    what_acts_when_it_is_opened,
]
