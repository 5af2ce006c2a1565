// What Unicode says of characters: their case, and which of them are white space. Asks ICU.
#pragma once

#include <string>
#include <string_view>

namespace heed {

// The text in lower case, by Unicode's full mapping for no language in particular, as Python's str.lower()
// does it: "ÄRGER" -> "ärger", "ΟΔΟΣ" -> "οδος" with a final sigma. Throws Error for invalid UTF-8.
std::string lowercase(std::string_view text);

// Where Python's str.split() splits: Unicode's White_Space and the four separators U+001C to U+001F.
bool is_white_space(char32_t code_point);

}  // namespace heed
