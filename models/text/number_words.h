// Number words: cardinals, dates and clock times in English and in German. Knows nothing of corpora.
//
// All words are in lower case. German number words are written in parts, so that a model has something
// to reorder: 347 is "drei hundert sieben und vierzig". English tens are one word: "forty-seven".
#pragma once

#include <cstdint>
#include <string>

namespace heed {

inline constexpr std::int64_t largest_number = 999'999;

// 0 to 999,999: "twelve thousand three hundred and five", "zwölf tausend drei hundert fünf".
std::string english_number(std::int64_t number);
std::string german_number(std::int64_t number);

inline constexpr int first_year = 1100;
inline constexpr int last_year = 2099;

struct Date {
  int year = 2000, month = 1, day = 1;  // of the Gregorian calendar, also before 1582
};

int days_in_month(int year, int month);

// "the third of march nineteen eighty-four", "der dritte märz neunzehn hundert vier und achtzig".
std::string english_date(const Date& date);
std::string german_date(const Date& date);

enum class DayPart : std::uint8_t { none, morning, afternoon, evening, night };
inline constexpr int day_parts = 5;

// The words before the time: "at"/"um", "it is"/"es ist", "since"/"seit", "until"/"bis", "around"/"gegen".
enum class Opening : std::uint8_t { none, at, it_is, since, until, around };
inline constexpr int openings = 6;

struct ClockTime {
  int hour = 12;   // 1 to 12
  int minute = 0;  // 0 to 59
  DayPart part = DayPart::none;
  Opening opening = Opening::none;
};

// "at half past seven in the evening", "um halb acht abends".
std::string english_time(const ClockTime& time);
std::string german_time(const ClockTime& time);

// All of these throw Error for what no sentence exists for, such as the thirtieth of february.

}  // namespace heed
