#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/utf8.h>

using namespace heed;

TEST_CASE("every Unicode scalar value survives UTF-8") {
  std::u32string all;
  for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (code_point < 0xD800 || code_point > 0xDFFF) all.push_back(code_point);
  }
  const std::string text = encode_utf8(all);
  CHECK_FALSE(first_invalid_utf8(text).has_value());
  CHECK(decode_utf8(text) == all);
}

TEST_CASE("malformed UTF-8 is found at its first byte") {
  CHECK_FALSE(first_invalid_utf8("grün").has_value());
  CHECK(first_invalid_utf8("gr\xFCn") == 2);                   // Latin-1
  CHECK(first_invalid_utf8("a\x80") == 1);                     // continuation without a lead
  CHECK(first_invalid_utf8("ab\xC3") == 2);                    // cut short
  CHECK(first_invalid_utf8("\xC0\xAF") == 0);                  // overlong slash
  CHECK(first_invalid_utf8("\xE0\x80\xAF") == 0);              // overlong slash
  CHECK(first_invalid_utf8("\xED\xA0\x80") == 0);              // surrogate
  CHECK(first_invalid_utf8("\xF4\x90\x80\x80") == 0);          // above U+10FFFF
  CHECK(first_invalid_utf8("\xE2\x82\xAC\xE2\x28\xA1") == 3);  // a euro sign, then nonsense
  CHECK_THROWS_WITH_AS(decode_utf8("gr\xFCn"),
                       "the text is not valid UTF-8: byte 2 is 0xfc; convert the text to UTF-8", Error);
}

TEST_CASE("what is no scalar value is written as the replacement character") {
  CHECK(encode_utf8(std::u32string{0xD800}) == "\uFFFD");
  CHECK(encode_utf8(std::u32string{0x110000}) == "\uFFFD");
}
