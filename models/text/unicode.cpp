
#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>

#include <heed/graph/error.h>
#include <heed/models/text/unicode.h>
#include <heed/models/text/utf8.h>

namespace heed {

std::string lowercase(std::string_view text) {
  require_utf8(text);  // ICU would put U+FFFD where it is not
  std::string lower;
  icu::StringByteSink<std::string> sink(&lower);
  UErrorCode code = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                            sink, nullptr, code);
  if (U_FAILURE(code)) {
    throw Error(fmt::format("ICU cannot lowercase a text of {} bytes: {}", text.size(), u_errorName(code)));
  }
  return lower;
}

bool is_white_space(char32_t code_point) {
  const bool is_separator = code_point >= 0x1C && code_point <= 0x1F;
  return is_separator || u_isUWhiteSpace(static_cast<UChar32>(code_point));
}

}  // namespace heed
