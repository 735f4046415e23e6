/* Spans in C++: each ends with its block, also when an exception leaves it. */
#include <memwatch.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <vector>

static std::vector<int> read_numbers(std::size_t count)
{
	MW_SCOPE("I/O", "read_numbers");
	std::vector<int> numbers(count);

	std::generate(numbers.begin(), numbers.end(), std::rand);
	return numbers;
}

static void sort_numbers(std::vector<int> &numbers)
{
	MW_SCOPE("CPU", "sort_numbers");

	std::sort(numbers.begin(), numbers.end());
}

static void check_sum(const std::vector<int> &numbers)
{
	MW_SCOPE("CPU", "check_sum");

	if (!numbers.empty())
		throw std::runtime_error("there is no sum to compare with");
}

int main()
{
	mw_register("scope");
	std::vector<int> numbers = read_numbers(10000000);
	sort_numbers(numbers);
	try {
		check_sum(numbers);
	} catch (const std::runtime_error &error) {
		mw_eventf("error", "%s", error.what());
	}
	return 0;
}
