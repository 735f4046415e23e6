/*
 * Ranks of an MPI program, each with a line of its own:
 *
 *	mpicc mpi_ranks.c $(pkg-config --cflags --libs memwatch) -o mpi_ranks
 *	memwatch &			and in another terminal: mpirun -n 4 ./mpi_ranks
 *
 * Rank r holds (r + 1) × 20 MB, so that the lines differ. All ranks of one machine and one user are
 *in one session.
 */
#include <memwatch.h>

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT 2500000

static double fill(double *numbers, size_t count, int rank)
{
	MW_SCOPE("CPU", "fill");
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		numbers[i] = (double)i + rank;
		sum += numbers[i];
	}
	return sum;
}

static double reduce(double sum)
{
	MW_SCOPE("MPI", "Allreduce");
	double total = 0;

	MPI_Allreduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
	return total;
}

static int work(int rank, double *ret_total)
{
	size_t count = (size_t)COUNT * (size_t)(rank + 1);
	double *numbers = malloc(count * sizeof *numbers);

	if (!numbers)
		return -1;
	*ret_total = reduce(fill(numbers, count, rank));
	mw_eventf("MPI", "rank %d has the total", rank);
	free(numbers);
	return 0;
}

int main(int argc, char **argv)
{
	char name[32];
	double total = 0;
	int rank;

	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	snprintf(name, sizeof name, "rank %d", rank);
	mw_register(name);
	if (work(rank, &total) < 0)
		MPI_Abort(MPI_COMM_WORLD, 1);
	if (rank == 0)
		printf("total %.0f\n", total);
	MPI_Finalize();
	return 0;
}
