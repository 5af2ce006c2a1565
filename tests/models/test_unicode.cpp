#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/unicode.h>

using namespace heed;

TEST_CASE("text of every script becomes lower case") {
  CHECK(lowercase("A Man, 3 DOGS.") == "a man, 3 dogs.");
  CHECK(lowercase("ÄRGER über ÖL: GROẞE STRAßE") == "ärger über öl: große straße");
  CHECK(lowercase("ÉCOLE ŁÓDŹ ŽIŽEK") == "école łódź žižek");
  CHECK(lowercase("МОСКВА") == "москва");
  CHECK(lowercase("日本 عربي") == "日本 عربي");
  CHECK(lowercase("") == "");
}

TEST_CASE("a capital sigma is final or not by where it stands, a dotted capital I keeps its dot") {
  CHECK(lowercase("ΟΔΟΣ ΣΟΦΙΑ") == "οδος σοφια");
  CHECK(lowercase("İ") == "i\u0307");
}

TEST_CASE("case is not asked of what is no UTF-8") {
  CHECK_THROWS_WITH_AS(lowercase("gr\xFCn"),
                       "the text is not valid UTF-8: byte 2 is 0xfc; convert the text to UTF-8", Error);
}

TEST_CASE("white space is what Python calls so") {
  for (const char32_t c : {U' ', U'\t', U'\n', U'\r', U'\v', U'\f', U'\x1C', U'\x1D', U'\x1E', U'\x1F'}) {
    CHECK(is_white_space(c));
  }
  for (const char32_t c :
       {U'\u0085', U'\u00A0', U'\u1680', U'\u2003', U'\u2028', U'\u202F', U'\u205F', U'\u3000'}) {
    CHECK(is_white_space(c));
  }
  for (const char32_t c : {U'a', U'_', U'\0', U'\x1B', U'\u200B', U'\u2060', U'\uFEFF', U'\u180E'}) {
    CHECK_FALSE(is_white_space(c));
  }
}
