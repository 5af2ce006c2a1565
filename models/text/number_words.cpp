#include <array>
#include <string_view>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/number_words.h>

namespace heed {

namespace {

using Words = std::array<std::string_view, 20>;
using Tens = std::array<std::string_view, 10>;
using Months = std::array<std::string_view, 13>;

constexpr Words english_small{"zero",    "one",     "two",       "three",    "four",
                              "five",    "six",     "seven",     "eight",    "nine",
                              "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                              "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr Tens english_tens{"",      "",      "twenty",  "thirty", "forty",
                            "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr Words english_ordinals{"",          "first",     "second",      "third",      "fourth",
                                 "fifth",     "sixth",     "seventh",     "eighth",     "ninth",
                                 "tenth",     "eleventh",  "twelfth",     "thirteenth", "fourteenth",
                                 "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"};
constexpr Months english_months{"",     "january", "february",  "march",   "april",    "may",     "june",
                                "july", "august",  "september", "october", "november", "december"};

constexpr Words german_small{"null",     "eins",     "zwei",     "drei",     "vier",
                             "fünf",     "sechs",    "sieben",   "acht",     "neun",
                             "zehn",     "elf",      "zwölf",    "dreizehn", "vierzehn",
                             "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"};
constexpr Tens german_tens{"",        "",        "zwanzig", "dreißig", "vierzig",
                           "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"};
constexpr Words german_ordinals{"",           "erste",      "zweite",     "dritte",     "vierte",
                                "fünfte",     "sechste",    "siebte",     "achte",      "neunte",
                                "zehnte",     "elfte",      "zwölfte",    "dreizehnte", "vierzehnte",
                                "fünfzehnte", "sechzehnte", "siebzehnte", "achtzehnte", "neunzehnte"};
constexpr Months german_months{"",     "januar", "februar",   "märz",    "april",    "mai",     "juni",
                               "juli", "august", "september", "oktober", "november", "dezember"};

constexpr std::array<std::string_view, day_parts> english_parts{"", " in the morning", " in the afternoon",
                                                                " in the evening", " at night"};
constexpr std::array<std::string_view, day_parts> german_parts{"", " morgens", " nachmittags", " abends",
                                                               " nachts"};
constexpr std::array<std::string_view, openings> english_openings{"",       "at ",    "it is ",
                                                                  "since ", "until ", "around "};
constexpr std::array<std::string_view, openings> german_openings{"",      "um ",  "es ist ",
                                                                 "seit ", "bis ", "gegen "};

template <typename Table, typename Index>
std::string_view word(const Table& table, Index index) {
  return table[static_cast<std::size_t>(index)];
}

void require_number(std::int64_t number) {
  if (number >= 0 && number <= largest_number) return;
  throw Error(fmt::format("{} has no number word here: numbers go from 0 to {}", number, largest_number));
}

std::string english_below_100(std::int64_t number) {
  if (number < 20) return std::string(word(english_small, number));
  if (number % 10 == 0) return std::string(word(english_tens, number / 10));
  return fmt::format("{}-{}", word(english_tens, number / 10), word(english_small, number % 10));
}

std::string english_below_1000(std::int64_t number) {
  if (number < 100) return english_below_100(number);
  std::string text = fmt::format("{} hundred", word(english_small, number / 100));
  if (number % 100 != 0) text += fmt::format(" and {}", english_below_100(number % 100));
  return text;
}

// 1 is "eins" at the end of a number and "ein" before "und", "hundert", "tausend" and "uhr".
std::string german_below_100(std::int64_t number, bool last) {
  if (number == 1) return last ? "eins" : "ein";
  if (number < 20) return std::string(word(german_small, number));
  if (number % 10 == 0) return std::string(word(german_tens, number / 10));
  return fmt::format("{} und {}", german_below_100(number % 10, false), word(german_tens, number / 10));
}

std::string german_below_1000(std::int64_t number, bool last) {
  if (number < 100) return german_below_100(number, last);
  std::string text = german_below_100(number / 100, false) + " hundert";
  if (number % 100 != 0) text += fmt::format(" {}", german_below_100(number % 100, last));
  return text;
}

}  // namespace

std::string english_number(std::int64_t number) {
  require_number(number);
  if (number < 1000) return english_below_1000(number);
  std::string text = english_below_1000(number / 1000) + " thousand";
  const std::int64_t rest = number % 1000;
  if (rest == 0) return text;
  return text + (rest < 100 ? " and " : " ") + english_below_1000(rest);
}

std::string german_number(std::int64_t number) {
  require_number(number);
  if (number < 1000) return german_below_1000(number, true);
  std::string text = german_below_1000(number / 1000, false) + " tausend";
  if (number % 1000 != 0) text += fmt::format(" {}", german_below_1000(number % 1000, true));
  return text;
}

namespace {

bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

void require_date(const Date& date) {
  const bool known = date.year >= first_year && date.year <= last_year && date.month >= 1 &&
                     date.month <= 12 && date.day >= 1 && date.day <= days_in_month(date.year, date.month);
  if (known) return;
  throw Error(fmt::format("{}-{:02}-{:02} is no date of the years {} to {}", date.year, date.month, date.day,
                          first_year, last_year));
}

std::string english_year(int year) {
  if (year / 10 == 200) return english_number(year);  // two thousand and seven
  const std::string century = english_below_100(year / 100);
  if (year % 100 == 0) return century + " hundred";
  if (year % 100 < 10) return fmt::format("{} oh {}", century, word(english_small, year % 100));
  return fmt::format("{} {}", century, english_below_100(year % 100));
}

std::string german_year(int year) {
  if (year >= 2000) return german_number(year);
  std::string text = std::string(word(german_small, year / 100)) + " hundert";
  if (year % 100 != 0) text += fmt::format(" {}", german_below_100(year % 100, true));
  return text;
}

std::string english_ordinal(int day) {
  if (day < 20) return std::string(word(english_ordinals, day));
  if (day % 10 == 0) return day == 20 ? "twentieth" : "thirtieth";
  return fmt::format("{}-{}", word(english_tens, day / 10), word(english_ordinals, day % 10));
}

}  // namespace

int days_in_month(int year, int month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::string english_date(const Date& date) {
  require_date(date);
  return fmt::format("the {} of {} {}", english_ordinal(date.day), word(english_months, date.month),
                     english_year(date.year));
}

std::string german_date(const Date& date) {
  require_date(date);
  const std::string ordinal =
      date.day < 20 ? std::string(word(german_ordinals, date.day)) : german_below_100(date.day, true) + "ste";
  return fmt::format("der {} {} {}", ordinal, word(german_months, date.month), german_year(date.year));
}

namespace {

void require_time(const ClockTime& time) {
  const bool known = time.hour >= 1 && time.hour <= 12 && time.minute >= 0 && time.minute <= 59;
  if (known) return;
  throw Error(fmt::format("{}:{:02} is no time here: hours go from 1 to 12, minutes from 0 to 59", time.hour,
                          time.minute));
}

int next_hour(int hour) {
  return hour % 12 + 1;
}

// "ten" and "twenty-five", but "twenty-three minutes", "one minute".
std::string english_minutes(int minutes) {
  if (minutes == 15) return "quarter";
  std::string number = english_below_100(minutes);
  if (minutes % 5 == 0) return number;
  return number + (minutes == 1 ? " minute" : " minutes");
}

std::string german_minutes(int minutes) {
  if (minutes == 15) return "viertel";
  if (minutes == 1) return "eine minute";
  std::string number = german_below_100(minutes, false);
  return minutes % 5 == 0 ? number : number + " minuten";
}

std::string english_clock(int hour, int minute) {
  if (minute == 0) return fmt::format("{} o'clock", word(english_small, hour));
  if (minute == 30) return fmt::format("half past {}", word(english_small, hour));
  if (minute < 30) return fmt::format("{} past {}", english_minutes(minute), word(english_small, hour));
  return fmt::format("{} to {}", english_minutes(60 - minute), word(english_small, next_hour(hour)));
}

std::string german_clock(int hour, int minute) {
  if (minute == 0) return german_below_100(hour, false) + " uhr";
  if (minute == 30) return fmt::format("halb {}", word(german_small, next_hour(hour)));
  if (minute < 30) return fmt::format("{} nach {}", german_minutes(minute), word(german_small, hour));
  return fmt::format("{} vor {}", german_minutes(60 - minute), word(german_small, next_hour(hour)));
}

}  // namespace

std::string english_time(const ClockTime& time) {
  require_time(time);
  return fmt::format("{}{}{}", word(english_openings, time.opening), english_clock(time.hour, time.minute),
                     word(english_parts, time.part));
}

std::string german_time(const ClockTime& time) {
  require_time(time);
  return fmt::format("{}{}{}", word(german_openings, time.opening), german_clock(time.hour, time.minute),
                     word(german_parts, time.part));
}

}  // namespace heed
