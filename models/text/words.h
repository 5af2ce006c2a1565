// Words: text into words and punctuation marks, and back exactly. Knows nothing of vocabularies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

// Stands on the side of a punctuation mark that no space separates from its neighbour.
inline constexpr std::string_view join_mark = "\uFFED";
// Stands for a space where a piece of its own is needed.
inline constexpr std::string_view space_mark = "\u2581";

// "A man, smiling." -> A | man | ￭, | smiling | ￭.   A word is a run of letters and digits, with hyphens
// and apostrophes inside it: "forty-seven", "o'clock". One space between pieces is understood; any other
// white space is a piece. Case is kept. Throws Error for invalid UTF-8.
std::vector<std::string> split_words(std::string_view text);

// The text that was split. The two marks themselves, where a text has them, come back as U+FFFD.
std::string join_words(const std::vector<std::string>& pieces);

}  // namespace heed
