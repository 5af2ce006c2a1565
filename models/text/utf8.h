// UTF-8: checking, reading and writing code points. Knows nothing of languages or normal forms.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace heed {

// Where the first byte stands that is no part of well-formed UTF-8 (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF). Nothing when the whole text is well formed.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// Throws Error, naming the byte, when the text is not well-formed UTF-8.
void require_utf8(std::string_view text);

// The code points of a text. Throws Error, naming the byte, when it is not well-formed UTF-8.
std::u32string decode_utf8(std::string_view text);

// The reverse. A surrogate or a value above U+10FFFF is written as U+FFFD.
std::string encode_utf8(std::u32string_view code_points);
void append_utf8(std::string& text, char32_t code_point);

}  // namespace heed
